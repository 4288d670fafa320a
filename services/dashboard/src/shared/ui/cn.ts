/** Joins class names, leaving out what is not there. */
export type ClassName = string | false | null | undefined;

export const cn = (...names: ClassName[]): string => names.filter(Boolean).join(' ');
