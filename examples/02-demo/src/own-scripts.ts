/**
 * The page's policy lets no text become a script, nor its address, unless it has passed here. What passes is the address
 * of a worker of this very origin; text that would become markup or code never does.
 */

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): unknown;
}

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };

// A browser without them has the rest of the policy.
trustedTypes?.createPolicy('default', {
  createScriptURL(address) {
    if (new URL(address, location.href).origin === location.origin) return address;
    throw new TypeError(`${address} is not a script of this page`);
  },
});
