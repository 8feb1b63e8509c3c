import { screen, within } from '@testing-library/react';
import { expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

test('shows until when each certificate is valid, and what could not be looked at', async () => {
  openPage('/administration/certificates');
  const table = within(await screen.findByRole('grid', { name: 'Certificates' }));
  expect(table.getAllByRole('row').map((row) => /Ends soon|Ended|Valid/.exec(row.textContent ?? '')?.[0])).toEqual([
    undefined,
    'Ends soon',
    'Valid',
  ]);
  table.getByText('console.example');
  screen.getByText(/Not looked at: the webhook chat/);
  expect(screen.queryByText(/It is not known what the console is served with/)).toBeNull();
});
