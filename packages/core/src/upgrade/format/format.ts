/**
 * The form in which this version stores an upgrade: its row, its plan, what was approved, and each line of its journal. One number for all of it, as they
 * are read together. Whoever changes the meaning of any of them counts it up, and leaves a reader of the form before behind.
 */
export const upgradeFormat = 1;

/** The forms that this version goes on with, whoever began. */
export const readableUpgradeFormats: readonly number[] = [upgradeFormat];

/** Annotation of a workload that brings a console: the forms of an upgrade under way that it goes on with, such as `1,2`. */
export const readsUpgradesAnnotation = 'sealift.dev/reads-upgrades';
