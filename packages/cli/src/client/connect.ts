import { ApiClient } from './api-client.ts';
import type { CliContext } from '../context.ts';
import { requireLogin } from './profile.ts';

/**
 * A client of the console that this person is logged in to.
 *
 * @throws PLATFORM_UNKNOWN, PLATFORM_URL_INVALID, PROFILE_INVALID, USAGE
 */
export async function connect(context: CliContext): Promise<ApiClient> {
  const login = await requireLogin(context.env);
  return new ApiClient({ ...login, env: context.env, cancel: context.cancel });
}
