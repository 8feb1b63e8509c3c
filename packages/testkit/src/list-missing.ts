/** Prints the Debian packages of the peers that this machine lacks, separated by spaces. */
import { missingPackages } from './peers.ts';

process.stdout.write(missingPackages().join(' '));
