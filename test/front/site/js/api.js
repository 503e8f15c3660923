// Everything this front end knows of the server: same origin, cookies as the browser sends them, no header but
// Content-Type, and of an error only its message.
async function call(method, path, body) {
  const request = { method, headers: { 'Content-Type': 'application/json' } };
  if (body) request.body = JSON.stringify(body);
  const response = await fetch(path, request);
  const answer = (response.headers.get('content-type') || '').includes('application/json') ? await response.json() : {};
  if (!response.ok || !answer.success) throw new Error(answer.message || `HTTP ${response.status}: ${response.statusText}`);
  return answer.data;
}

function query(values) {
  const given = Object.entries(values).filter(([, v]) => v !== '' && v !== undefined && v !== null);
  return given.length ? '?' + new URLSearchParams(given) : '';
}

export const api = {
  products: (filter = {}) => call('GET', '/api/products' + query(filter)),
  carousel: () => call('GET', '/api/products/carousel'),
  product: (id) => call('GET', `/api/products/${id}`),
  images: (id, filter = {}) => call('GET', `/api/products/${id}/images` + query(filter)),
  occasions: () => call('GET', '/api/occasions'),
  settings: () => call('GET', '/api/settings/public'),
  setting: (key) => call('GET', `/api/settings/${key}/value`),
  methods: () => call('GET', '/api/payments/methods'),
  placeOrder: (order) => call('POST', '/api/orders', order),
  confirmPayment: (order, payment) => call('POST', `/api/payments/${order}/confirm`, payment),
  order: (id) => call('GET', `/api/orders/${id}`),
  history: (id) => call('GET', `/api/orders/${id}/status-history`),
};

const cartKey = 'flores_carrito';

export const cart = {
  items: () => JSON.parse(localStorage.getItem(cartKey) || '[]'),
  add(product, quantity) {
    const items = cart.items();
    const there = items.find((i) => i.id === product.id);
    if (there) there.quantity += quantity;
    else items.push({ id: product.id, name: product.name, price_usd: product.price_usd, quantity });
    localStorage.setItem(cartKey, JSON.stringify(items));
  },
  clear: () => localStorage.removeItem(cartKey),
  subtotal: () => cart.items().reduce((sum, i) => sum + i.price_usd * i.quantity, 0),
};

export function show(where, message) {
  document.querySelector(where).textContent = message;
}
