import { Skeleton } from '@/shared/ui/states';

const ROWS = 6;

export function TaskSkeleton() {
  return (
    <div aria-busy="true" className="mx-auto flex w-full max-w-6xl flex-col gap-6 px-4 py-5 lg:flex-row lg:gap-12 lg:px-10 lg:py-9">
      <div className="flex flex-1 flex-col gap-4 pt-2">
        <Skeleton className="h-7 w-3/5" />
        <Skeleton className="h-4 w-4/5" />
        <Skeleton className="mt-8 h-4 w-40" />
        <Skeleton className="h-24 w-full" />
      </div>
      <div className="flex flex-col gap-5 pt-2 lg:w-72">
        {Array.from({ length: ROWS }, (_, row) => (
          <Skeleton key={row} className="h-4 w-4/5" />
        ))}
      </div>
    </div>
  );
}
