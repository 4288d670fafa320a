/** The state of the editor: one text, what it says, what the server says about it, and secrets that are typed once. */
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useEffect, useMemo, useState } from 'react';

import { ApiError } from '@/shared/api/client';
import { keys } from '@/shared/api/keys';
import { applyManifests } from '@/shared/api/manifests';
import { fieldMessage } from '@/shared/i18n/translate';

import { readYaml, writeYaml, type Change, type ManifestDocument } from './documents';
import type { Schema } from './schema';

const PAUSE_MS = 350;

export type FieldErrors = Record<string, string>;

/** Errors by the place that the API names: `0.spec.email.host`. */
export function errorsOf(error: unknown): FieldErrors {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries((error.problem.errors ?? []).map(({ loc, message }) => [loc, fieldMessage(message)]));
}

export const placeOf = (document: number, path: readonly string[]) => [document, ...path].join('.');

export const secretKey = (namespace: string, name: string, key: string) => `${namespace}/${name}/${key}`;

export function useEditor(initial: string, schemas: Record<'Source' | 'Webhook', Schema>, stored: ReadonlySet<string>) {
  const [text, setText] = useState(initial);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [submitted, setSubmitted] = useState(false);
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const reading = useMemo(() => readYaml(text), [text]);
  // While the YAML cannot be read the form keeps what it said last.
  const [last, setLast] = useState<ManifestDocument[]>(reading.documents ?? []);
  if (reading.documents && reading.documents !== last) setLast(reading.documents);

  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const checking = useQuery({
    queryKey: [...keys.schemas, 'check', settled],
    queryFn: () => applyManifests(settled, { dryRun: true }),
    enabled: reading.error === null && settled === text,
    retry: false,
    gcTime: 0,
  });
  const errors = useDeferredValue(useMemo(() => errorsOf(checking.error), [checking.error]));

  const change = (changes: readonly Change[]) => {
    if (reading.error !== null) return;
    setTouched((before) => new Set([...before, ...changes.map(({ document, path }) => placeOf(document, path))]));
    setText(writeYaml(text, changes));
  };
  return {
    text,
    setText,
    change,
    documents: reading.documents ?? last,
    yamlError: reading.error,
    /** All that the server says; the form shows what belongs to a field that was touched. */
    errors,
    failure: checking.error,
    /** Whether the server has said yes to exactly this text. */
    valid: checking.isSuccess && settled === text && reading.error === null,
    shown: (place: string) => (submitted || touched.has(place) ? errors[place] : undefined),
    submitted,
    showAll: () => setSubmitted(true),
    schemas,
    /** Keys of Secrets that there are already. */
    stored,
    secrets,
    setSecret: (key: string, value: string) => setSecrets((before) => ({ ...before, [key]: value })),
  };
}

export type Editor = ReturnType<typeof useEditor>;
