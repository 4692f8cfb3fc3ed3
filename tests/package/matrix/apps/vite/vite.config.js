export default { optimizeDeps: { exclude: ['inkling'] } };
