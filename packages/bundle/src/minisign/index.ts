export {
  formatPublicKey,
  generateKeyPair,
  type PublicKey,
  parsePublicKey,
  parseSecretKey,
  type SecretKey,
} from './keys.ts';
export { needsPassword, openSecretKey, protectSecretKey } from './password.ts';
export {
  maxSignatureBytes,
  sign,
  startPrehash,
  type VerifiedSignature,
  type VerifyOptions,
  verify,
} from './signature.ts';
