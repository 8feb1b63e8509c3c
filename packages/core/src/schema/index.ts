export { DocumentError } from './document-error.ts';
export { readYamlDocument } from './yaml-document.ts';
