import type { ConsoleServices } from './services.ts';

/** The OpenAPI 3.1 description of the API. Needs neither database nor network: no route is called. */
export async function describeApi(): Promise<object> {
  const { buildApp } = await import('./build-app.ts');
  const app = await buildApp({ services: noServices });
  try {
    await app.ready();
    return app.swagger();
  } finally {
    await app.close();
  }
}

/** Routes take what they need when they are called; here none is. */
const noServices = new Proxy({}, { get: () => noServices }) as ConsoleServices;
