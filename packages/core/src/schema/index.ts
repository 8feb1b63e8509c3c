export { DocumentError } from './document-error.ts';
export { readManifestDocuments } from './manifest-documents.ts';
export { readYamlDocument } from './yaml-document.ts';
