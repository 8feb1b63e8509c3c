import '../src/app/zod-without-eval.ts';
import '@patternfly/react-core/dist/styles/base.css';
import { definePreview } from '@storybook/react-vite';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { MemoryRouter } from 'react-router';
import { createQueryClient } from '../src/api/query-client.ts';
import { chooseTheme, followTheme, type ThemeChoice } from '../src/app/theme.ts';
import { FixtureApi } from '../test/fixture/fixture-api.ts';
import { fixtureFetch } from '../test/fixture/fixture-fetch.ts';
// Last, as on the pages.
import '../src/app/console.css';
import './preview.css';

followTheme();

/** What stories say of what stands around their component. */
export interface Surroundings {
  /** Prepares the made-up API that answers the component. */
  readonly api?: (api: FixtureApi) => void;
}

/** What a component stands in on a page. */
function Page({ theme, children }: { theme: ThemeChoice; children: ReactNode }) {
  const [client] = useState(createQueryClient);
  useEffect(() => chooseTheme(theme), [theme]);
  return (
    <QueryClientProvider client={client}>
      <MemoryRouter>{children}</MemoryRouter>
    </QueryClientProvider>
  );
}

/** Every story stands where its component stands on a page: with the style sheets, an address, and the API. */
export default definePreview({
  addons: [],
  initialGlobals: { theme: 'system' satisfies ThemeChoice },
  globalTypes: {
    theme: {
      description: 'Colours',
      toolbar: { title: 'Colours', items: ['system', 'light', 'dark'] satisfies ThemeChoice[], dynamicTitle: true },
    },
  },
  parameters: { layout: 'padded' },
  beforeEach: ({ parameters }) => {
    const api = new FixtureApi();
    (parameters as Surroundings).api?.(api);
    const network = globalThis.fetch;
    globalThis.fetch = fixtureFetch(api) as typeof fetch;
    return () => {
      globalThis.fetch = network;
    };
  },
  decorators: [
    (Story, { id, globals }) => (
      // The answers to another story are none to this one.
      <Page key={id} theme={(globals as { theme: ThemeChoice }).theme}>
        <Story />
      </Page>
    ),
  ],
});
