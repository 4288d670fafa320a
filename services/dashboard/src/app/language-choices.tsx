import { language, languages, setLanguage, type Language } from '@/shared/i18n/language';
import { MenuChoices } from '@/shared/ui/menu';

/** Each language by its own name: who looks for it may read no other. */
export function LanguageChoices() {
  const options = (Object.keys(languages) as Language[]).map((code) => ({ value: code, label: languages[code], lang: code }));
  return <MenuChoices value={language} onChoose={setLanguage} options={options} />;
}
