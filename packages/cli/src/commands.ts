import { registerBundle } from './commands/bundle.ts';
import { registerDemo } from './commands/demo.ts';
import { registerKeys } from './commands/keys.ts';
import { registerLogin } from './commands/login.ts';
import { registerMerge } from './commands/merge.ts';
import { registerPlatform } from './commands/platform.ts';
import { registerProfile } from './commands/profile.ts';
import { registerRegistry } from './commands/registry.ts';
import { registerServer } from './commands/server.ts';
import { registerSimulator } from './commands/simulator.ts';
import { registerStatus } from './commands/status.ts';
import { registerUpgrade } from './commands/upgrade.ts';
import { registerVsphere } from './commands/vsphere.ts';
import type { RegisterCommand } from './context.ts';

/** Every top-level command by its name, in the order the help lists them. */
export const commands: Readonly<Record<string, RegisterCommand>> = {
  bundle: registerBundle,
  keys: registerKeys,
  login: registerLogin,
  status: registerStatus,
  upgrade: registerUpgrade,
  profile: registerProfile,
  merge: registerMerge,
  vsphere: registerVsphere,
  platform: registerPlatform,
  demo: registerDemo,
  registry: registerRegistry,
  server: registerServer,
  simulator: registerSimulator,
};
