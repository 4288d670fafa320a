import type { Role } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';
import { Select } from '@/shared/ui/select';

/** Each may do what the one before may. */
export const roles = ['viewer', 'member', 'admin'] as const satisfies Role[];

type Props = { value: Role; onChange: (role: Role) => void; label: string; upTo?: Role; disabled?: boolean };

export function RoleSelect({ value, onChange, label, upTo = 'admin', disabled }: Props) {
  return (
    <Select
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(roles.find((role) => role === event.target.value) ?? value)}
      className="w-32"
    >
      {roles.slice(0, roles.indexOf(upTo) + 1).map((role) => (
        <option key={role} value={role}>
          {t(`role.${role}`)}
        </option>
      ))}
    </Select>
  );
}
