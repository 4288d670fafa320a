/** Which part is shown is in the address. */
export const parts = ['members', 'tokens', 'models', 'autonomy', 'notifications', 'appearance'] as const;
export type Part = (typeof parts)[number];

export type SettingsSearch = { part?: Part };

export const parseSettingsSearch = (search: Record<string, unknown>): SettingsSearch => ({
  part: parts.find((part) => part === search.part && part !== 'members'),
});
