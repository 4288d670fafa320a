/** German words for the API's problems: the kind by its title, what is wrong with a field by the validator's sentence. */

export const titles: Record<string, string> = {
  'Changed in the meantime': 'Inzwischen geändert',
  'Configuration error': 'Fehler in der Einrichtung',
  Conflict: 'Widerspruch',
  Forbidden: 'Nicht erlaubt',
  'If-Match required': 'Die Version fehlt',
  'Internal error': 'Interner Fehler',
  'Invalid input': 'Ungültige Angabe',
  'Invalid manifest': 'Ungültiges Manifest',
  'Malformed request': 'Unlesbare Anfrage',
  'Method not allowed': 'So nicht erlaubt',
  'Not authenticated': 'Nicht angemeldet',
  'Not found': 'Nicht gefunden',
  'Refused by the API server': 'Vom Cluster abgelehnt',
  'Request timeout': 'Die Anfrage dauerte zu lange',
  'Slack refused': 'Slack lehnt ab',
  'Temporarily unavailable': 'Gerade nicht erreichbar',
  'The store of files is unavailable': 'Die Dateiablage ist nicht erreichbar',
  'Too large': 'Zu groß',
  'Too many requests': 'Zu viele Anfragen',
  'Unsupported media type': 'Dieses Format wird nicht gelesen',
};

/** https://docs.pydantic.dev/latest/errors/validation_errors/: those that a form can cause. `$1` is what the pattern holds. */
export const fieldMessages: readonly (readonly [RegExp, string])[] = [
  [/^Field required$/, 'Diese Angabe fehlt'],
  [/^Extra inputs are not permitted$/, 'Dieses Feld gibt es nicht'],
  [/^String should have at least 1 character$/, 'Darf nicht leer sein'],
  [/^String should have at least (\d+) characters$/, 'Braucht mindestens $1 Zeichen'],
  [/^String should have at most (\d+) characters?$/, 'Höchstens $1 Zeichen'],
  [/^String should match pattern '(.+)'$/, 'Muss zu diesem Muster passen: $1'],
  [/^Input should be a valid integer.*$/, 'Muss eine ganze Zahl sein'],
  [/^Input should be a valid number.*$/, 'Muss eine Zahl sein'],
  [/^Input should be a valid boolean.*$/, 'Muss true oder false sein'],
  [/^Input should be a valid string$/, 'Muss ein Text sein'],
  [/^Input should be a valid list$/, 'Muss eine Liste sein'],
  [/^Input should be a valid dictionary.*$/, 'Muss ein Objekt sein'],
  [/^Input should be greater than or equal to (.+)$/, 'Mindestens $1'],
  [/^Input should be less than or equal to (.+)$/, 'Höchstens $1'],
  [/^Input should be (.+) or (.+)$/, 'Muss eines davon sein: $1, $2'],
  [/^Input should be ('.+')$/, 'Muss $1 sein'],
];
