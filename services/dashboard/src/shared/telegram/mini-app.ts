/**
 * The page inside Telegram: who opened it, and what Telegram's app says of its colours and size.
 *
 * What telegram-web-app.js would do of it is done here, so that no script of another host is loaded. The launch data are in
 * the address (https://core.telegram.org/bots/webapps#initializing-mini-apps), the events are those of
 * https://core.telegram.org/api/web-events.
 */
import { followHost } from '@/shared/theme/theme';

const WEB_CLIENT = 'https://web.telegram.org';

type Host = { postEvent: (type: string, data: string) => void };
type HostWindow = Window & {
  TelegramWebviewProxy?: Host;
  Telegram?: { WebView?: { receiveEvent: (type: string, data: unknown) => void } };
};

export type Launch = { initData: string; dark: boolean | undefined };

/** Reads what Telegram put behind the # of the address; null when the page is not inside Telegram. */
export function readLaunch(hash: string): Launch | null {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const initData = params.get('tgWebAppData');
  if (!initData) return null;
  return { initData, dark: isDark(parse(params.get('tgWebAppThemeParams'))) };
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

/** Says whether the colours are dark ones; undefined when they say nothing. */
export function isDark(params: unknown): boolean | undefined {
  const color = (params as { bg_color?: unknown } | undefined)?.bg_color;
  const match = typeof color === 'string' ? /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color) : null;
  if (!match) return undefined;
  const [red = 0, green = 0, blue = 0] = match.slice(1).map((part) => parseInt(part, 16));
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** Tells Telegram's app something: native ones by their bridge, the web client by a message to its window. */
function tell(type: string): void {
  const host = window as HostWindow;
  if (host.TelegramWebviewProxy) host.TelegramWebviewProxy.postEvent(type, '{}');
  else if (window.parent !== window) window.parent.postMessage(JSON.stringify({ eventType: type, eventData: {} }), WEB_CLIENT);
}

function receive(type: string, data: unknown): void {
  const told = (data ?? {}) as { theme_params?: unknown; height?: unknown };
  if (type === 'theme_changed') followHost(isDark(told.theme_params));
  // Half open, the app shows only the upper part of the page: without this the lower bar would be out of sight.
  if (type === 'viewport_changed' && typeof told.height === 'number')
    document.documentElement.style.setProperty('--host-height', `${told.height}px`);
}

/** Begins to follow Telegram's app, when the page was opened there. */
function start(): Launch | null {
  const launch = readLaunch(location.hash);
  if (!launch) return null;
  followHost(launch.dark);
  const host = window as HostWindow;
  host.Telegram = { ...host.Telegram, WebView: { receiveEvent: receive } };
  addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== window.parent || event.origin !== WEB_CLIENT || typeof event.data !== 'string') return;
    const { eventType, eventData } = (parse(event.data) ?? {}) as { eventType?: unknown; eventData?: unknown };
    if (typeof eventType === 'string') receive(eventType, eventData);
  });
  tell('web_app_ready');
  tell('web_app_expand');
  tell('web_app_request_viewport');
  return launch;
}

/** What the page was opened with, before the router takes it out of the address; null outside of Telegram. */
export const launch = start();
