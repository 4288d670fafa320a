/** A channel is added or changed: a form and its YAML side by side, always equal, checked by the server. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';

import { keys } from '@/shared/api/keys';
import { applyManifests, manifestQuery, schemasQuery, secretsQuery, storeSecret } from '@/shared/api/manifests';
import type { ManifestSchemas, SecretNames, SourceKind } from '@/shared/api/types';
import { explain } from '@/shared/errors/explain';
import { t } from '@/shared/i18n/translate';
import { BackLink } from '@/shared/ui/back-link';
import { Button } from '@/shared/ui/button';
import { cn } from '@/shared/ui/cn';
import { Input } from '@/shared/ui/field';
import { useIsPhone } from '@/shared/ui/media';
import { Page } from '@/shared/ui/page';
import { ErrorState, Skeleton } from '@/shared/ui/states';

import { ChannelReady } from './channel-ready';
import { KindChoice } from './kind-choice';
import { draftOf } from './manifest/drafts';
import { Labelled } from './manifest/field-view';
import { ManifestForm } from './manifest/manifest-form';
import { newSecret } from './manifest/new-secret';
import { renameAll } from './manifest/rename';
import { secretKey, useEditor } from './manifest/use-editor';
import { YamlPane } from './manifest/yaml-pane';

const storedKeys = (secrets: readonly SecretNames[]): ReadonlySet<string> =>
  new Set(secrets.flatMap(({ namespace, name, keys: held }) => held.map((key) => secretKey(namespace, name, key))));

export function NewSourcePage() {
  const { kind } = useSearch({ from: '/shell/sources/new' });
  const schemas = useQuery(schemasQuery);
  const secrets = useQuery(secretsQuery);
  const failed = schemas.error ?? secrets.error;
  return (
    <Page title={t('sources.add')} leading={<BackLink to={kind ? '/sources/new' : '/sources'} icon={ArrowLeft} label={t('back')} />} className="overflow-y-auto">
      {!kind && <KindChoice />}
      {kind && failed && <ErrorState error={failed} onRetry={() => void Promise.all([schemas.refetch(), secrets.refetch()])} />}
      {kind && !failed && (!schemas.data || !secrets.data) && <Waiting />}
      {kind && schemas.data && secrets.data && (
        <Editor key={kind} initial={draftOf(kind, kind)} kind={kind} schemas={schemas.data} secrets={secrets.data} existing={false} />
      )}
    </Page>
  );
}

export function EditSourcePage() {
  const { namespace, name } = useParams({ from: '/shell/sources/$namespace/$name' });
  const schemas = useQuery(schemasQuery);
  const secrets = useQuery(secretsQuery);
  const manifest = useQuery(manifestQuery({ kind: 'sources', namespace, name }));
  const failed = schemas.error ?? secrets.error ?? manifest.error;
  return (
    <Page title={`${namespace}/${name}`} leading={<BackLink to="/sources" icon={ArrowLeft} label={t('back')} />} className="overflow-y-auto">
      {failed ? (
        <ErrorState error={failed} onRetry={() => void Promise.all([schemas.refetch(), secrets.refetch(), manifest.refetch()])} />
      ) : schemas.data && secrets.data && manifest.data !== undefined ? (
        <Editor initial={manifest.data} schemas={schemas.data} secrets={secrets.data} existing />
      ) : (
        <Waiting />
      )}
    </Page>
  );
}

function Waiting() {
  return (
    <div aria-busy="true" className="mx-auto max-w-5xl px-4 py-6 md:px-8">
      <Skeleton className="h-96 rounded-xl" />
    </div>
  );
}

type EditorProps = { initial: string; kind?: SourceKind; schemas: ManifestSchemas; secrets: readonly SecretNames[]; existing: boolean };

function Editor({ initial, kind, schemas, secrets, existing }: EditorProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const phone = useIsPhone();
  const [tab, setTab] = useState<'form' | 'yaml'>('form');
  const editor = useEditor(initial, schemas, storedKeys(secrets));
  const source = editor.documents.find(({ kind: of }) => of === 'Source');
  const webhook = editor.documents.find(({ kind: of }) => of === 'Webhook');

  const save = useMutation({
    mutationFn: async () => {
      const made: Record<string, string> = { ...editor.secrets };
      // A new webhook has a secret in any case: nobody has to think one up.
      for (const id of existing ? [] : wantedSecrets(editor.documents)) {
        if (!made[id] && !editor.stored.has(id)) made[id] = newSecret();
      }
      await applyManifests(editor.text, { dryRun: true });
      for (const [id, value] of Object.entries(made)) {
        const [namespace = '', name = '', key = ''] = id.split('/');
        if (value) await storeSecret(namespace, name, key, value);
      }
      await applyManifests(editor.text);
      return made;
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.sources });
      void client.invalidateQueries({ queryKey: keys.secrets });
      if (existing) void navigate({ to: '/sources' });
    },
  });

  if (save.isSuccess && !existing && source) {
    const token = webhook ? Object.values(save.data)[0] : undefined;
    return <ChannelReady namespace={source.namespace} name={source.name} secret={token} webhook={webhook !== undefined} />;
  }

  const missing = editor.submitted && !existing && kind !== 'webhook' && wantedSecrets(editor.documents).some((id) => !editor.secrets[id] && !editor.stored.has(id));
  const submit = () => {
    editor.showAll();
    const lacks = !existing && kind !== 'webhook' && wantedSecrets(editor.documents).some((id) => !editor.secrets[id] && !editor.stored.has(id));
    if (!lacks && editor.yamlError === null) save.mutate();
  };
  const problems = Object.keys(editor.errors).length;
  const form = (
    <fieldset disabled={editor.yamlError !== null} className="flex min-w-0 flex-1 flex-col gap-6">
      {!existing && source && (
        <Labelled label={t('form.name')} help={t('form.name.help')} required error={editor.shown('0.metadata.name')}>
          {({ id, describedBy }) => (
            <Input
              id={id}
              aria-describedby={describedBy}
              value={source.name}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => editor.change(renameAll(editor.documents, event.target.value))}
            />
          )}
        </Labelled>
      )}
      {editor.documents.map((document, at) => (
        <div key={at} className="flex flex-col gap-4">
          {editor.documents.length > 1 && <h2 className="border-b pb-1.5 text-base font-semibold">{t(document.kind === 'Webhook' ? 'form.webhook' : 'form.source')}</h2>}
          <ManifestForm editor={editor} at={at} existing={existing} />
        </div>
      ))}
    </fieldset>
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="mx-auto flex min-h-full max-w-6xl flex-col"
    >
      {phone && (
        <div role="tablist" aria-label={t('form.view')} className="flex gap-1 border-b px-4 py-2">
          {(['form', 'yaml'] as const).map((view) => (
            <button
              key={view}
              type="button"
              role="tab"
              aria-selected={tab === view}
              onClick={() => setTab(view)}
              className="h-10 flex-1 rounded-md text-muted aria-selected:bg-pressed aria-selected:font-medium aria-selected:text-ink"
            >
              {t(view === 'form' ? 'form.form' : 'form.yaml')}
            </button>
          ))}
        </div>
      )}
      <div className="flex flex-1 gap-8 px-4 py-5 md:px-8 md:py-7">
        {(!phone || tab === 'form') && form}
        {(!phone || tab === 'yaml') && (
          <div className={cn('flex min-w-0 flex-1 flex-col', !phone && 'sticky top-6 h-[calc(100dvh-11rem)]')}>
            <YamlPane editor={editor} />
          </div>
        )}
      </div>
      <div className="sticky bottom-0 flex flex-wrap items-center gap-3 border-t bg-canvas px-4 py-3 md:px-8">
        <p role="status" className={cn('min-w-0 flex-1 text-muted', (save.isError || missing) && 'text-red')}>
          {save.isError
            ? explain(save.error)
            : missing
              ? t('form.secret.missingAll')
              : editor.submitted && problems > 0
                ? t('form.wrong')
                : editor.valid
                  ? t('form.valid')
                  : ''}
        </p>
        <Button tone="quiet" onClick={() => void navigate({ to: '/sources' })}>
          {t('form.cancel')}
        </Button>
        <Button tone="primary" type="submit" disabled={save.isPending || editor.yamlError !== null}>
          {t(existing ? 'form.save' : 'sources.add')}
        </Button>
      </div>
    </form>
  );
}

/** `namespace/name/key` of every Secret that the manifests name. */
function wantedSecrets(documents: readonly { namespace: string; spec: unknown }[]): string[] {
  const walk = (namespace: string, value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, held]) => {
      if (!/secretRef$/i.test(name)) return walk(namespace, held);
      const ref = held as { name?: string; key?: string } | null;
      return ref?.name && ref.key ? [secretKey(namespace, ref.name, ref.key)] : [];
    });
  };
  return documents.flatMap(({ namespace, spec }) => walk(namespace, spec));
}
