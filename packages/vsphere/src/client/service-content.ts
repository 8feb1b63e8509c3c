import { managedObject, optional, record, required, text } from '../xml/decode.ts';

/** The managers that a vCenter offers (`ServiceContent`), those that are used. */
export const serviceContent = record({
  rootFolder: required(managedObject),
  propertyCollector: required(managedObject),
  about: required(
    record({
      fullName: required(text),
      version: required(text),
      build: optional(text),
      apiType: required(text),
      apiVersion: required(text),
      instanceUuid: optional(text),
    }),
  ),
  viewManager: optional(managedObject),
  sessionManager: optional(managedObject),
  authorizationManager: optional(managedObject),
  searchIndex: optional(managedObject),
  ovfManager: optional(managedObject),
  fileManager: optional(managedObject),
});

/** The managers and the identity of a vCenter. */
export type ServiceContent = ReturnType<typeof serviceContent>;
