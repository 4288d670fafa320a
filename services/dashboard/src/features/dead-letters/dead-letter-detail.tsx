/** One dead letter whole: why, as it came, and the ways out. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RotateCcw, Trash2, Undo2, X } from 'lucide-react';
import { useState } from 'react';

import { deadLetterQuery } from '@/shared/api/dead-letters';
import type { DeadLetter } from '@/shared/api/types';
import { formatFull } from '@/shared/i18n/dates';
import { t } from '@/shared/i18n/translate';
import { SourceLabel } from '@/shared/sources/source-label';
import { BackLink } from '@/shared/ui/back-link';
import { Button } from '@/shared/ui/button';
import { CopyButton } from '@/shared/ui/copy-button';
import { Field, TextArea } from '@/shared/ui/field';
import { RelativeTime } from '@/shared/ui/relative-time';
import { ErrorState, Skeleton } from '@/shared/ui/states';

import { DiscardDialog } from './discard-dialog';
import { useSettling } from './use-settling';

/** JSON is shown as people read it; anything else as it is. */
export function readable(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}

function Raw({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex items-center">
        <p className="flex-1 text-xs font-medium text-muted">{label}</p>
        <CopyButton text={text} label={t('copy.what', { what: label })} />
      </div>
      <pre className="max-h-72 overflow-auto rounded-lg border bg-chrome px-3 py-2 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
        {text}
      </pre>
    </div>
  );
}

function WaysOut({ letter }: { letter: DeadLetter }) {
  const { retry, discard } = useSettling();
  // What could not be read has no text: then the bytes themselves are what can be mended.
  const original = letter.text || (letter.raw_encoding === 'text' ? letter.raw : '');
  const [text, setText] = useState(original);
  const [discarding, setDiscarding] = useState(false);
  const edited = text !== original;
  return (
    <section aria-label={t('dead.waysOut')} className="flex flex-col gap-3">
      <Field label={t(letter.message_id ? 'dead.edit' : 'dead.edit.raw')}>
        <TextArea value={text} onChange={(event) => setText(event.target.value)} className="min-h-28 font-mono text-xs" spellCheck={false} />
      </Field>
      <p className="text-xs text-faint">{t('dead.edit.kept')}</p>
      <div className="flex flex-wrap gap-2">
        <Button
          tone="primary"
          disabled={retry.isPending || text.trim() === ''}
          onClick={() => retry.mutate(edited ? { id: letter.id, raw: text } : { id: letter.id })}
        >
          <RotateCcw aria-hidden="true" className="size-4" strokeWidth={1.75} />
          {t(edited ? 'dead.retryEdited' : 'dead.retry')}
        </Button>
        <Button onClick={() => setDiscarding(true)}>
          <Trash2 aria-hidden="true" className="size-4" strokeWidth={1.75} />
          {t('dead.discard')}
        </Button>
      </div>
      {discarding && (
        <DiscardDialog
          title={t('dead.discard.title')}
          onClose={() => setDiscarding(false)}
          onDiscard={(reason) => discard.mutate({ id: letter.id, reason })}
        />
      )}
    </section>
  );
}

function Settled({ letter }: { letter: DeadLetter }) {
  const { reopen } = useSettling();
  return (
    <div className="flex flex-wrap items-center gap-2 rounded-lg border bg-surface px-3 py-2.5">
      <p className="min-w-0 flex-1">
        <span className="font-medium">{t(`dead.${letter.state}`)}</span>
        <span className="text-muted">
          {letter.settled_by && ` · ${letter.settled_by}`}
          {letter.note && ` · ${letter.note}`}
        </span>
      </p>
      {letter.state === 'discarded' && (
        <Button disabled={reopen.isPending} onClick={() => reopen.mutate([letter.id])}>
          <Undo2 aria-hidden="true" className="size-4" strokeWidth={1.75} />
          {t('dead.reopen')}
        </Button>
      )}
    </div>
  );
}

function Body({ letter }: { letter: DeadLetter }) {
  return (
    <div className="flex flex-col gap-6 px-4 py-5 md:px-6">
      <p className="rounded-lg bg-red-soft px-3 py-2 text-red [overflow-wrap:anywhere]">{letter.reason}</p>
      {letter.state === 'open' ? <WaysOut letter={letter} /> : <Settled letter={letter} />}
      {letter.text_after !== null && (
        <>
          <Raw label={t('dead.before')} text={letter.text_before ?? ''} />
          <Raw label={t('dead.after')} text={letter.text_after} />
        </>
      )}
      <Raw label={t('message.raw')} text={letter.raw_encoding === 'text' ? readable(letter.raw) : letter.raw} />
      <dl className="grid grid-cols-[7rem_1fr] items-center gap-x-3 gap-y-2">
        <dt className="text-faint">{t('property.source')}</dt>
        <dd>{letter.source ? <SourceLabel source={letter.source} /> : t('ledger.noSource')}</dd>
        <dt className="text-faint">{t('message.received')}</dt>
        <dd>{formatFull(letter.created_at)}</dd>
        {letter.trace_id && (
          <>
            <dt className="text-faint">{t('message.trace')}</dt>
            <dd className="flex min-w-0 items-center gap-1">
              <code className="truncate font-mono text-xs">{letter.trace_id}</code>
              <CopyButton text={letter.trace_id} label={t('copy.what', { what: t('message.trace') })} />
            </dd>
          </>
        )}
        {letter.message_id && (
          <>
            <dt className="text-faint">{t('message.title')}</dt>
            <dd>
              <Link to="/messages" search={{ message: letter.message_id }} className="text-accent-ink underline-offset-2 hoverable:underline">
                {t('dead.message')}
              </Link>
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

export function DeadLetterDetail({ id }: { id: string }) {
  const letter = useQuery(deadLetterQuery(id));
  return (
    <section aria-label={t('dead.one')} className="flex h-full min-w-0 flex-1 flex-col border-l max-md:border-l-0">
      <header className="flex h-14 shrink-0 items-center gap-1 border-b px-2 md:h-12">
        <BackLink to="." search={(before) => ({ ...before, letter: undefined })} icon={X} label={t('close')} />
        <h2 className="font-medium">{t('dead.one')}</h2>
        {letter.data && <RelativeTime at={letter.data.created_at} className="ml-auto pr-2 text-xs text-faint" />}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {letter.data && <Body key={letter.data.state} letter={letter.data} />}
        {letter.isPending && (
          <div aria-busy="true" className="flex flex-col gap-3 px-6 py-5">
            <Skeleton className="h-4 w-40" />
            <Skeleton className="h-40 w-full" />
          </div>
        )}
        {letter.isError && <ErrorState error={letter.error} onRetry={() => void letter.refetch()} />}
      </div>
    </section>
  );
}
