import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';

import { InlineText } from '@/features/task/inline-text';

const field = () => screen.getByLabelText<HTMLTextAreaElement>('Title');

function setUp(value = 'Old') {
  const onSave = vi.fn();
  const view = (current: string) => <InlineText singleLine required label="Title" value={current} onSave={onSave} />;
  const { rerender } = render(view(value));
  return { onSave, user: userEvent.setup(), arrives: (current: string) => rerender(view(current)) };
}

test('Enter saves what was typed', async () => {
  const { user, onSave } = setUp();
  await user.clear(field());
  await user.type(field(), 'New{Enter}');
  expect(onSave.mock.calls).toEqual([['New']]);
});

test('Escape takes it back, and nothing is saved', async () => {
  const { user, onSave } = setUp();
  await user.type(field(), ' and more{Escape}');
  expect(field().value).toBe('Old');
  expect(onSave).not.toHaveBeenCalled();
});

test('an empty title is not saved', async () => {
  const { user, onSave } = setUp();
  await user.clear(field());
  await user.tab();
  expect(onSave).not.toHaveBeenCalled();
  expect(field().value).toBe('Old');
});

test('a change from elsewhere shows at once when nobody types', () => {
  const { arrives } = setUp();
  arrives('Theirs');
  expect(field().value).toBe('Theirs');
});

test('a change from elsewhere while one types loses neither text: the person chooses', async () => {
  const { user, onSave, arrives } = setUp();
  await user.type(field(), ' mine');
  arrives('Theirs');
  await user.tab();
  expect(onSave).not.toHaveBeenCalled();
  expect(field().value).toBe('Old mine');
  expect(screen.getByRole('alert').textContent).toContain('Theirs');
  await user.click(screen.getByRole('button', { name: 'Keep mine' }));
  expect(onSave.mock.calls).toEqual([['Old mine']]);
});
