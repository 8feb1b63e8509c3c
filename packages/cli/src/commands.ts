import { registerAccounts } from './commands/accounts/index.ts';
import { registerAirgap } from './commands/airgap/index.ts';
import { registerAudit } from './commands/audit/index.ts';
import { registerBackup } from './commands/backup/index.ts';
import { registerBundle } from './commands/bundle/index.ts';
import { registerCertificates } from './commands/certificates/index.ts';
import { registerCluster } from './commands/cluster/index.ts';
import { registerCompletion } from './commands/completion/index.ts';
import { registerDemo } from './commands/demo/index.ts';
import { registerDownload } from './commands/download/index.ts';
import { registerEvidence } from './commands/evidence/index.ts';
import { registerGateway } from './commands/gateway/index.ts';
import { registerGateways } from './commands/gateways/index.ts';
import { registerKeys } from './commands/keys/index.ts';
import { registerLogin } from './commands/login/index.ts';
import { registerMerge } from './commands/merge/index.ts';
import { registerNotifications } from './commands/notifications/index.ts';
import { registerPacks } from './commands/packs/index.ts';
import { registerPlan } from './commands/plan/index.ts';
import { registerPlatform } from './commands/platform/index.ts';
import { registerProfile } from './commands/profile/index.ts';
import { registerRegistry } from './commands/registry/index.ts';
import { registerReleases } from './commands/releases/index.ts';
import { registerServer } from './commands/server/index.ts';
import { registerSimulator } from './commands/simulator/index.ts';
import { registerStatus } from './commands/status/index.ts';
import { registerSupportBundle } from './commands/support-bundle/index.ts';
import { registerTokens } from './commands/tokens/index.ts';
import { registerUpgrade } from './commands/upgrade/index.ts';
import { registerVersion } from './commands/version/index.ts';
import { registerVsphere } from './commands/vsphere/index.ts';
import type { RegisterCommand } from './context.ts';

/** Every top-level command by its name, in the order the help lists them. */
export const commands: Readonly<Record<string, RegisterCommand>> = {
  bundle: registerBundle,
  download: registerDownload,
  keys: registerKeys,
  login: registerLogin,
  status: registerStatus,
  plan: registerPlan,
  upgrade: registerUpgrade,
  evidence: registerEvidence,
  backup: registerBackup,
  cluster: registerCluster,
  gateways: registerGateways,
  profile: registerProfile,
  packs: registerPacks,
  releases: registerReleases,
  merge: registerMerge,
  vsphere: registerVsphere,
  platform: registerPlatform,
  demo: registerDemo,
  registry: registerRegistry,
  airgap: registerAirgap,
  server: registerServer,
  gateway: registerGateway,
  accounts: registerAccounts,
  tokens: registerTokens,
  notifications: registerNotifications,
  certificates: registerCertificates,
  audit: registerAudit,
  'support-bundle': registerSupportBundle,
  simulator: registerSimulator,
  completion: registerCompletion,
  version: registerVersion,
};
