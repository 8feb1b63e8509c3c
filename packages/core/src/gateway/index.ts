export {
  executableFor,
  type GatewayExecutable,
  type GatewayPlatform,
  gatewayNameSchema,
  gatewayPlatformSchema,
  gatewayTool,
  maxExecutableBytes,
} from './gateway.ts';
export { holdsOf, holdText, type Pause, type Paused, pausedSchema, pausedText, resumeCommand } from './hold.ts';
export { type GatewaysReadiness, type GatewayStatus, judgeGateways, silentAfterMs } from './readiness.ts';
export { mayGo, type RingMember, type RingState, ringState } from './ring.ts';
export { readSignature, signatureBase, signatureHeaders, signedHeaders, type SignedRequest } from './signed-request.ts';
