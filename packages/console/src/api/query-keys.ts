/*
 * Under what answers of the console are kept: in one place, as events tell which of them are old, and whoever hears them needs none of their schemas.
 */
export const backupsKey = ['backups'];
export const clusterKey = ['cluster'];
export const gatewaysKey = ['gateways'];
export const notificationsKey = ['notifications'];
export const packsKey = ['packs'];
export const profileKey = ['profile'];
export const registriesKey = ['registries'];
export const sessionKey = ['session'];
export const siteKey = ['site'];
export const summaryKey = ['summary'];
export const trustedKeysKey = ['trusted-keys'];
export const updatesKey = ['updates'];
export const upgradesKey = ['upgrades'];
