/** The browser parts that jsdom lacks, and a network where every unexpected request is an error. */
import { cleanup, configure } from '@testing-library/react';
import { afterAll, afterEach, beforeAll } from 'vitest';

import { dismissAllToasts } from '@/shared/ui/toast-store';
import { forgetUndo } from '@/shared/undo/undo-store';

import { server } from './support/server';

// How long `findBy` and `waitFor` wait for what a busy machine does late; a second is the default.
configure({ asyncUtilTimeout: 10_000 });

window.matchMedia = (query: string) => Object.assign(new EventTarget(), { matches: false, media: query }) as MediaQueryList;
Element.prototype.scrollIntoView = () => undefined;
Element.prototype.hasPointerCapture = () => false;
window.scrollTo = () => undefined;
const nothing = () => undefined;
window.ResizeObserver = class {
  observe = nothing;
  unobserve = nothing;
  disconnect = nothing;
};
// jsdom lays nothing out, and a virtual list without a height has no rows.
Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { value: 800 },
  clientHeight: { value: 800 },
  offsetWidth: { value: 400 },
  clientWidth: { value: 400 },
});

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => {
  cleanup();
  dismissAllToasts();
  forgetUndo();
  server.resetHandlers();
});
afterAll(() => server.close());
