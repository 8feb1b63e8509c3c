/** Whether a host name or address, as in a URL or without brackets, is this machine itself (RFC 6761 for `localhost`, RFC 1122 for 127/8). */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
