import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';

import { TooltipProvider } from '@/shared/ui/tooltip';

import { createQueryClient } from './query-client';
import { createAppRouter } from './router';

const client = createQueryClient(() => router);
const router = createAppRouter(client);

export function Providers() {
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider delayDuration={400} skipDelayDuration={200}>
        <RouterProvider router={router} />
      </TooltipProvider>
    </QueryClientProvider>
  );
}
