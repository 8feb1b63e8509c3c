import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the pages into `dist/`: no inline script, nothing loaded from another host, so that the strictest CSP fits. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  server: { proxy: { '/api': process.env['SEALIFT_SERVER'] ?? 'http://127.0.0.1:5080' } },
});
