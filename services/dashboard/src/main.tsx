/** Starts the dashboard. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { Providers } from '@/app/providers';
import { startServiceWorker } from '@/app/service-worker';
import { loadCatalogue } from '@/shared/i18n/translate';

import '@/shared/telegram/mini-app';
import '@/app/styles.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');
void loadCatalogue().then(() =>
  createRoot(root).render(
    <StrictMode>
      <Providers />
    </StrictMode>,
  ),
);
startServiceWorker();
