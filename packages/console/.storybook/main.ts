import { defineMain } from '@storybook/react-vite/node';

/** The components of the pages one by one, in each of their states. It tells nobody outside, and asks nobody, that it runs. */
export default defineMain({
  framework: '@storybook/react-vite',
  stories: ['../src/**/*.stories.tsx'],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  typescript: { reactDocgen: false },
  // What ships is compressed when it is built; stories never ship.
  viteFinal: (config) => ({ ...config, plugins: (config.plugins ?? []).filter((plugin) => !isCompressing(plugin)) }),
});

function isCompressing(plugin: unknown): boolean {
  return typeof plugin === 'object' && plugin !== null && 'name' in plugin && plugin.name === 'compressed';
}
