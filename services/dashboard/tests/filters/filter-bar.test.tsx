import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { FilterBar } from '@/shared/filters/filter-bar';

function Bar() {
  const [filter, setFilter] = useState('priority:high');
  return (
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { enabled: false } } })}>
      <FilterBar filter={filter} onChange={setFilter} />
      <button onClick={() => setFilter(`${filter} status:done`)}>click a term</button>
      <output>{filter}</output>
    </QueryClientProvider>
  );
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a term that is clicked while words are still being typed stays', () => {
  render(<Bar />);
  fireEvent.change(screen.getByRole('combobox'), { target: { value: 'invoice' } });
  fireEvent.click(screen.getByText('click a term'));
  act(() => void vi.runAllTimers());
  expect(screen.getByRole('status').textContent).toBe('priority:high status:done invoice');
});
