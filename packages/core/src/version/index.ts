export { parseRange, satisfies, type VersionRange } from './range.ts';
export { comparePrecedence, compareVersions, parseVersion, type Version } from './version.ts';
