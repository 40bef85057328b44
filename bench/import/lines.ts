/** A line of an import, of a person with one account at one of twenty companies' domains. */
export function importLine(n: number): string {
  return `${JSON.stringify({
    user_id: `user-${n}`,
    name: `Person ${n}`,
    provider: 'google',
    provider_user_id: `account-${n}`,
    email: `person-${n}@company-${n % 20}.test`,
    email_verified: true,
  })}\n`;
}
