/** What a program calls its marks around the part whose tasks count. */
export const BEGIN_MARK = 'bench-begin';
export const END_MARK = 'bench-end';
