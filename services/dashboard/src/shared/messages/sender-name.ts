import type { Message } from '@/shared/api/types';
import { t } from '@/shared/i18n/translate';

/** Who wrote it, as well as the channel told us. */
export const senderName = ({ sender }: Pick<Message, 'sender'>): string =>
  sender.name || sender.address || t('sender.unknown');
