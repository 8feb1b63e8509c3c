import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter, useLocation } from 'react-router';
import { vi } from 'vitest';
import { createQueryClient } from '../src/api/query-client.ts';
import { Routing } from '../src/app/routing.tsx';
import { FixtureApi } from './fixture/fixture-api.ts';
import { fixtureFetch } from './fixture/fixture-fetch.ts';

/** Opens the console at an address, with the made-up API behind `fetch`. */
export function openPage(address: string, prepare: (api: FixtureApi) => void = () => undefined) {
  const api = new FixtureApi();
  prepare(api);
  const network = { down: false };
  const answer = fixtureFetch(api);
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    if (network.down) throw new TypeError('fetch failed');
    return answer(url, init);
  });
  const shown = { search: '' };
  const client = createQueryClient();
  const view = render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[address]}>
        <Routing />
        <Address onShow={(search) => void (shown.search = search)} />
      </MemoryRouter>
    </QueryClientProvider>,
  );
  return { api, network, client, address: () => shown.search, user: userEvent.setup({ delay: null }), ...view };
}

/** Tells what the address has after its path. */
function Address({ onShow }: { onShow: (search: string) => void }) {
  onShow(useLocation().search);
  return null;
}

/** The text shown by the code editor in an element, which lives in a shadow root. */
export function editorText(element: HTMLElement): string {
  const holder = element.querySelector('.code');
  return [...(holder?.shadowRoot?.querySelectorAll('.cm-line') ?? [])].map((line) => line.textContent).join('\n');
}
