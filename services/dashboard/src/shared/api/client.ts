/** The one place that talks HTTP: JSON in and out, problem details as `ApiError`, a deadline on every call. */
import { idempotencyKey } from './idempotency-key';
import { turns } from './turns';
import type { Problem } from './types';

const TIMEOUT_MS = 15_000;

/** A board of lanes asks for dozens of lists, and all screens share the API's few connections to its database. */
const MOST_READS = 4;
const readInTurn = turns(MOST_READS);

/** An answer that is no success; `problem` names the object and the cure. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
  }
}

/** The API could not be reached at all, or not in time. */
export class NetworkError extends Error {
  constructor(cause: unknown) {
    super('The API did not answer.', { cause });
    this.name = 'NetworkError';
  }
}

type Scalar = string | number | boolean;
export type Query = Record<string, Scalar | readonly Scalar[] | null | undefined>;

export type Request = {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  query?: Query;
  body?: unknown;
  /** A body that is YAML already. */
  yaml?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Arrives although the page is being left. */
  keepalive?: boolean;
};

/** Writes a query string; null, undefined and empty values are left out, arrays joined by commas. */
export function queryString(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
    if (text !== '') params.set(name, text);
  }
  const encoded = params.toString();
  return encoded === '' ? '' : `?${encoded}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const bare = { type: 'about:blank', title: response.statusText, status: response.status, detail: '' };
  try {
    return { ...bare, ...((await response.json()) as Partial<Problem>) };
  } catch {
    return { ...bare, detail: `The API answered ${response.status}.` };
  }
}

async function send(path: string, { method = 'GET', query, body, yaml, headers, signal, keepalive }: Request): Promise<Response> {
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(`/api${path}${queryString(query)}`, {
      method,
      headers: {
        accept: 'application/json, application/yaml',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(yaml === undefined ? {} : { 'content-type': 'application/yaml' }),
        ...(method === 'POST' ? { 'idempotency-key': idempotencyKey() } : {}),
        ...headers,
      },
      body: yaml ?? (body === undefined ? null : JSON.stringify(body)),
      credentials: 'same-origin',
      keepalive,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NetworkError(error);
  }
  if (!response.ok) throw new ApiError(response.status, await problemOf(response));
  return response;
}

function call(path: string, request: Request): Promise<Response> {
  const reads = (request.method ?? 'GET') === 'GET';
  return reads ? readInTurn(() => send(path, request)) : send(path, request);
}

/** Calls the API and gives the decoded body; throws `ApiError` or `NetworkError`. */
export async function api<T>(path: string, request: Request = {}): Promise<T> {
  const response = await call(path, request);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** The same for an answer that is text: manifests are YAML. */
export async function apiText(path: string, request: Request = {}): Promise<string> {
  return (await call(path, request)).text();
}
