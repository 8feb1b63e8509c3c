export type { ChartTexts } from './chart-images.ts';
export { Findings, type NamedImage, type UncertainImage, type UncertainReason } from './findings.ts';
export { imagesInPack, type PackTexts } from './pack-images.ts';
