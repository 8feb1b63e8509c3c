import type { LoginAttempts } from '@sealift/registry/login-attempts';
import { policyRoutes } from '../access-policy/routes.ts';
import { accountRoutes } from '../accounts/account-routes.ts';
import { authenticateBy } from '../accounts/authenticate.ts';
import { sessionRoutes } from '../accounts/session-routes.ts';
import { tokenRoutes } from '../accounts/token-routes.ts';
import { auditRoutes } from '../audit/routes.ts';
import { backupRoutes } from '../backups/routes.ts';
import { certificateRoutes } from '../certificates/routes.ts';
import { catalogueRoutes } from '../catalogue/routes.ts';
import { agentRoutes } from '../gateways/agent-routes.ts';
import { gatewayRoutes } from '../gateways/routes.ts';
import { signedByGateway } from '../gateways/signed-by.ts';
import type { ApiScope } from '../http/api-scope.ts';
import { guardRoutes } from '../http/guard-routes.ts';
import { answerProblems } from '../http/problems.ts';
import { neverStored } from '../http/security-headers.ts';
import { SharedReads } from '../http/shared-reads.ts';
import { actOnce } from '../idempotency/act-once.ts';
import type { ProcessMetrics } from '../metrics/process-metrics.ts';
import { metricsRoutes } from '../metrics/routes.ts';
import { notificationRoutes } from '../notifications/routes.ts';
import { eventRoutes } from '../notify/routes.ts';
import { packRoutes } from '../packs/routes.ts';
import { clusterRoutes } from '../platform/cluster-routes.ts';
import { platformRoutes } from '../platform/routes.ts';
import { mirrorRoutes } from '../registries/mirror/routes.ts';
import { registryRoutes } from '../registries/routes.ts';
import { careRoutes, uploadRoutes } from '../registry/routes.ts';
import { signOnRoutes } from '../single-sign-on/routes.ts';
import { siteRoutes } from '../site/routes.ts';
import { lockedBy } from '../store/change.ts';
import { supportRoutes } from '../support/routes.ts';
import { storeFailure } from '../store/store-failure.ts';
import type { Db } from '../store/store.ts';
import { courseRoutes } from '../upgrades/course/routes.ts';
import { evidenceRoutes } from '../upgrades/evidence/routes.ts';
import { findUpgrade } from '../upgrades/queries.ts';
import { rehearsalRoutes } from '../upgrades/rehearsal/routes.ts';
import { riskRoutes } from '../upgrades/risks/routes.ts';
import { rollbackRoutes } from '../upgrades/rollback/routes.ts';
import { upgradeRoutes } from '../upgrades/routes.ts';
import { upgradeProgress } from '../upgrades/upgrade-view.ts';
import type { ConsoleParts } from './compose.ts';

/** Everything below `/api/v1`. */
export function apiRoutes(
  api: ApiScope,
  parts: ConsoleParts,
  { attempts, process }: { readonly attempts: LoginAttempts; readonly process: ProcessMetrics },
): void {
  const { store, events, care } = parts;
  const { db } = store;
  const authenticate = authenticateBy(db);
  answerProblems(api, () => lockProgress(db), storeFailure);
  neverStored(api);
  guardRoutes(api, { authenticate, lockedBy: () => lockedBy(db), gateway: signedByGateway(db) });
  actOnce(api, db);
  const reads = new SharedReads(api, events);
  sessionRoutes(api, db, attempts);
  tokenRoutes(api, db);
  accountRoutes(api, db);
  policyRoutes(api, db);
  signOnRoutes(api, db, parts.secretKey, attempts);
  platformRoutes(api, parts, { events, reads });
  clusterRoutes(api, parts);
  siteRoutes(api, parts.site, events);
  catalogueRoutes(api, db);
  registryRoutes(
    api,
    { db, key: parts.secretKey, syncs: parts.syncs, every: parts.registry, others: parts.otherRegistries },
    { events, own: parts.ownRegistry },
  );
  mirrorRoutes(api, parts.mirrors);
  packRoutes(api, db, reads);
  uploadRoutes(api, db);
  careRoutes(api, care);
  upgradeRoutes(api, parts);
  rehearsalRoutes(api, parts);
  riskRoutes(api, parts);
  rollbackRoutes(api, parts);
  courseRoutes(api, parts);
  evidenceRoutes(api, parts.evidence, parts.evidenceKeys);
  backupRoutes(api, { ...parts, db }, parts.events);
  gatewayRoutes(api, db, events);
  void api.register((scope, _options, done) => {
    const { waiters, executables } = parts.gateways;
    agentRoutes(scope, { db, events, waiters, executables }, attempts);
    done();
  });
  auditRoutes(api, db, parts.checkpoints);
  notificationRoutes(api, { db, secretKey: parts.secretKey }, events);
  certificateRoutes(api, db);
  supportRoutes(api, parts);
  eventRoutes(api, events, authenticate);
  metricsRoutes(api, parts, { reads, process });
}

/** The progress of the upgrade that locks the console, for whoever is refused because of it. */
async function lockProgress(db: Db) {
  const id = await lockedBy(db);
  const row = id === null ? undefined : await findUpgrade(db, id);
  return row === undefined ? undefined : upgradeProgress(db, row);
}
