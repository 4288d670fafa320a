/** The same manifest as text: what is typed here shows in the form at once, and the other way round. */
import { t } from '@/shared/i18n/translate';
import { CopyButton } from '@/shared/ui/copy-button';

import type { Editor } from './use-editor';

export function YamlPane({ editor }: { editor: Editor }) {
  const elsewhere = Object.entries(editor.errors);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      <div className="flex items-center gap-2">
        <label htmlFor="yaml" className="flex-1 text-xs font-medium text-muted">
          {t('form.yaml')}
        </label>
        <CopyButton text={editor.text} label={t('copy.what', { what: t('form.yaml') })} />
      </div>
      <textarea
        id="yaml"
        value={editor.text}
        onChange={(event) => editor.setText(event.target.value)}
        spellCheck={false}
        autoComplete="off"
        wrap="off"
        aria-describedby="yaml-says"
        className="min-h-80 flex-1 resize-none rounded-lg border border-line-strong bg-chrome p-3 font-mono text-xs leading-relaxed focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0"
      />
      <div id="yaml-says" aria-live="polite" className="min-h-10 text-xs">
        {editor.yamlError !== null ? (
          <p className="text-red">{t('form.yaml.broken', { error: editor.yamlError })}</p>
        ) : (
          elsewhere.slice(0, 4).map(([place, message]) => (
            <p key={place} className="text-amber">
              <code className="font-mono">{place.replace(/^\d+\./, '')}</code>: {message}
            </p>
          ))
        )}
      </div>
    </div>
  );
}
