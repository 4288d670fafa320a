/** Files that came with a message: pictures as thumbnails, others by name and size. The API sees to it that none can run. */
import { File, FileAudio, FileImage, FileText, FileVideo, type LucideIcon } from 'lucide-react';

import type { AttachedFile } from '@/shared/api/types';
import { formatBytes } from '@/shared/i18n/bytes';
import { t } from '@/shared/i18n/translate';
import { cn } from '@/shared/ui/cn';

/** The pictures that the API shows in a page; an SVG can hold scripts and is only downloaded. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

const kinds: readonly [string, LucideIcon][] = [
  ['image/', FileImage],
  ['audio/', FileAudio],
  ['video/', FileVideo],
  ['text/', FileText],
  ['application/pdf', FileText],
];
const iconOf = (type: string) => kinds.find(([start]) => type.startsWith(start))?.[1] ?? File;

const address = ({ id }: AttachedFile) => `/api/attachments/${id}`;

function Picture({ file }: { file: AttachedFile }) {
  return (
    <a
      href={`${address(file)}?inline=true`}
      target="_blank"
      rel="noreferrer"
      title={file.name}
      className="block size-28 overflow-hidden rounded-lg border bg-hover transition-colors hoverable:border-line-strong"
    >
      <img
        src={`${address(file)}?inline=true`}
        alt={file.name || t('attachment.picture')}
        loading="lazy"
        width={112}
        height={112}
        className="size-full object-cover text-xs text-muted"
      />
    </a>
  );
}

const chip = 'flex min-h-11 max-w-full items-center gap-2 rounded-lg border bg-surface px-2.5 py-1 text-ink md:min-h-9';

function Named({ file }: { file: AttachedFile }) {
  const Icon = iconOf(file.media_type);
  const size = formatBytes(file.size);
  const words = (
    <>
      <Icon aria-hidden="true" className="size-4 shrink-0 text-muted" strokeWidth={1.75} />
      <span className="min-w-0 truncate">{file.name || t('attachment.unnamed')}</span>
      {size && <span className="nums shrink-0 text-xs text-faint">{size}</span>}
    </>
  );
  if (file.kept) {
    return (
      <a href={address(file)} download={file.name || true} title={t('attachment.download')} className={cn(chip, 'hoverable:bg-hover')}>
        {words}
      </a>
    );
  }
  return (
    <span className={cn(chip, 'border-dashed bg-transparent text-muted')}>
      {words}
      {file.url ? (
        <a href={file.url} target="_blank" rel="noreferrer" className="shrink-0 text-xs text-accent-ink underline-offset-2 hoverable:underline">
          {t('attachment.inChannel')}
        </a>
      ) : (
        <span className="shrink-0 text-xs text-faint">{t('attachment.notKept')}</span>
      )}
    </span>
  );
}

export function Attachments({ files }: { files: readonly AttachedFile[] }) {
  if (files.length === 0) return null;
  const pictures = files.filter((file) => file.kept && PICTURES.has(file.media_type));
  const others = files.filter((file) => !pictures.includes(file));
  return (
    <ul aria-label={t('attachment.title')} className="mt-2 flex flex-wrap gap-2">
      {pictures.map((file) => (
        <li key={file.id}>
          <Picture file={file} />
        </li>
      ))}
      {others.map((file) => (
        <li key={file.id} className="max-w-full min-w-0">
          <Named file={file} />
        </li>
      ))}
    </ul>
  );
}
