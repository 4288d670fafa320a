import { Link } from '@tanstack/react-router';

import { t } from '@/shared/i18n/translate';

import { boxes, type Box } from './boxes';

/** The three lists of the inbox, each an address of its own. */
export function BoxTabs({ box }: { box: Box }) {
  return (
    <nav aria-label={t('inbox.boxes')} className="flex shrink-0 gap-0.5 border-b px-3 py-1.5 md:px-3.5">
      {boxes.map((name) => (
        <Link
          key={name}
          to="/inbox"
          search={{ box: name === 'waiting' ? undefined : name }}
          replace
          aria-current={name === box ? 'page' : undefined}
          className="inline-flex h-9 items-center rounded-md px-2.5 text-muted transition-colors duration-100 hoverable:bg-hover hoverable:text-ink aria-[current=page]:bg-pressed aria-[current=page]:font-medium aria-[current=page]:text-ink md:h-7"
        >
          {t(`inbox.box.${name}`)}
        </Link>
      ))}
    </nav>
  );
}
