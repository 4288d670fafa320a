/** What a new channel begins with: the least that its kind needs. */
import type { SourceKind } from '@/shared/api/types';

const source = (name: string, spec: string) => `apiVersion: tasktracker.dev/v1alpha1
kind: Source
metadata:
  name: ${name}
  namespace: default
spec:
${spec}`;

const webhook = (name: string) => `apiVersion: tasktracker.dev/v1alpha1
kind: Webhook
metadata:
  name: ${name}
  namespace: default
spec:
  sourceRef:
    name: ${name}
  verification:
    type: Token
    token:
      secretRef:
        name: ${name}
        key: token
`;

const ref = (name: string, key: string) => `{ name: ${name}, key: ${key} }`;

export function draftOf(kind: SourceKind, name: string): string {
  switch (kind) {
    case 'webhook':
      return `${source(name, '  type: webhook\n')}---\n${webhook(name)}`;
    case 'telegram':
      return source(name, `  type: telegram\n  telegram:\n    tokenSecretRef: ${ref(name, 'token')}\n`);
    case 'slack':
      return source(
        name,
        `  type: slack\n  slack:\n    botTokenSecretRef: ${ref(name, 'bot-token')}\n    appTokenSecretRef: ${ref(name, 'app-token')}\n`,
      );
    case 'email':
      return source(
        name,
        `  type: email\n  email:\n    host: ""\n    auth:\n      username: ""\n      passwordSecretRef: ${ref(name, 'password')}\n`,
      );
  }
}
