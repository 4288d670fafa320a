import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';

import type { TaskDetail } from '@/shared/api/types';
import { bareReason, originOf } from '@/shared/tasks/verdict';
import { VerdictCard } from '@/shared/tasks/verdict-card';

const how = { category: 'question', priority: 'medium', confidence: 0.81, learned: null, embedded: null, fallback: null } as const;
const own = { reason: 'Asks.', confidence: 0.81, provider: 'embedded', language: 'en' };
const text = () => screen.getByRole('region').textContent;

test('what the lessons changed is shown before and after', () => {
  const learned = { lessons: 4, before: { category: 'bug', priority: 'medium', confidence: 0.62 } } as const;
  render(<VerdictCard {...own} how={{ ...how, learned }} />);
  expect(text()).toContain('Learned from 4 messagesBug62%Question81%');
});

test('a language model that answered is named with what it changed', () => {
  const embedded = { category: 'question', priority: 'high', confidence: 0.5 } as const;
  render(<VerdictCard {...own} provider="local" how={{ ...how, embedded }} />);
  expect(text()).toContain('asked localQuestion, High50%Question, Medium81%');
});

test('one that did not is said once, with the reason', () => {
  const fallback = { why: 'timeout', detail: 'local did not answer within 20 s' };
  const reason = 'Asks. By the embedded model alone: local did not answer within 20 s';
  render(<VerdictCard {...own} reason={reason} how={{ ...how, fallback }} />);
  expect(text().split('local did not answer')).toHaveLength(2);
  expect(bareReason(reason, null)).toBe(reason);
});

test('a task’s verdict is the one that it quotes, not the newest', () => {
  const verdict = (id: string, reason: string) => ({ ...how, id, reason });
  const task = { reason: 'Asks.', confidence: 0.81, verdicts: [verdict('later', 'Chat.'), verdict('first', 'Asks.')] };
  expect(originOf(task as unknown as TaskDetail)?.id).toBe('first');
});
