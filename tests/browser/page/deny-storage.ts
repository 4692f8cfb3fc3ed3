// Before anything else is loaded: what a browser does that blocks cookies.
IDBFactory.prototype.open = () => {
  throw new DOMException('The operation is insecure.', 'SecurityError');
};
