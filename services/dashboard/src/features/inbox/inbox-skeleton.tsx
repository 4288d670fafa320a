/** The inbox's shape while the first answer is on its way: same places, same heights. */
import { t } from '@/shared/i18n/translate';
import { Page } from '@/shared/ui/page';
import { Skeleton } from '@/shared/ui/states';

const ROWS = 9;

export function InboxSkeleton() {
  return (
    <div className="flex h-full min-h-0" aria-busy="true">
      <div className="h-full w-full md:w-[22rem] md:shrink-0 md:border-r lg:w-96">
        <Page title={t('inbox.title')}>
          <div className="h-12 border-b md:h-10" />
          <div className="md:py-2">
            {Array.from({ length: ROWS }, (_, row) => (
              <div key={row} className="flex h-[74px] gap-2.5 px-4 py-3 md:mx-2 md:h-[60px] md:px-2.5 md:py-2.5">
                <Skeleton className="mt-0.5 size-4" />
                <div className="flex flex-1 flex-col gap-2.5 pt-1">
                  <Skeleton className="h-3 w-4/5" />
                  <Skeleton className="h-2.5 w-2/5" />
                </div>
              </div>
            ))}
          </div>
        </Page>
      </div>
      <div className="hidden min-w-0 flex-1 flex-col md:flex">
        <div className="h-12 shrink-0 border-b" />
      </div>
    </div>
  );
}
