package store

import "floresya/internal/web/lang"

// newWords joins everything the storefront says. Warm tú in Spanish, the same warmth in English; what to do next and
// how long it takes; never slang in English, never a placeholder as a label.
func newWords() (*lang.Catalogue, error) {
	return lang.NewCatalogue(frameWords(), browseWords(), checkoutWords(), orderWords(), troubleWords())
}

type words = map[string]lang.Text

// frameWords are said around every page.
func frameWords() words {
	return words{
		"skip":              {ES: "Saltar al contenido", EN: "Skip to content"},
		"topbar.label":      {ES: "Avisos", EN: "Notices"},
		"context.label":     {ES: "Tu entrega", EN: "Your delivery"},
		"lang.label":        {ES: "Idioma", EN: "Language"},
		"promise.today":     {ES: "Pide antes de las %s y llega hoy", EN: "Order before %s for delivery today"},
		"promise.next":      {ES: "Próxima entrega: %s", EN: "Next delivery: %s"},
		"rate.today":        {ES: "Tasa BCV del día: %s", EN: "Today’s BCV rate: %s"},
		"rate.stale":        {ES: "Tasa BCV: %s, del %s", EN: "BCV rate: %s, from %s"},
		"nav.home":          {ES: "FloresYa, inicio", EN: "FloresYa, home"},
		"nav.menu":          {ES: "Menú", EN: "Menu"},
		"nav.sections":      {ES: "Secciones", EN: "Sections"},
		"nav.bouquets":      {ES: "Ramos", EN: "Bouquets"},
		"nav.occasions":     {ES: "Ocasiones", EN: "Occasions"},
		"nav.zones":         {ES: "Zonas y horarios", EN: "Areas and hours"},
		"nav.pay":           {ES: "Cómo pagar", EN: "How to pay"},
		"nav.track":         {ES: "Rastrear mi pedido", EN: "Track my order"},
		"search.label":      {ES: "Buscar flores", EN: "Search flowers"},
		"search.button":     {ES: "Buscar", EN: "Search"},
		"search.hint":       {ES: "Busca peonías, girasoles, mamá…", EN: "Try peonies, sunflowers, mum…"},
		"cart.button.one":   {ES: "Tu pedido, %s ramo", EN: "Your order, %s bouquet"},
		"cart.button.many":  {ES: "Tu pedido, %s ramos", EN: "Your order, %s bouquets"},
		"cart.button.empty": {ES: "Tu pedido, vacío", EN: "Your order, empty"},
		"context.noday":     {ES: "Aún no eliges día ni zona", EN: "No day or area chosen yet"},
		"context.choose":    {ES: "Elegir", EN: "Choose"},
		"context.change":    {ES: "Cambiar", EN: "Change"},
		"context.otherday":  {ES: "Elegir otro día", EN: "Choose another day"},
		"foot.about": {
			ES: "Floristería en Caracas. Armamos cada ramo el mismo día que sale.",
			EN: "A florist in Caracas. We make each bouquet on the day it leaves.",
		},
		"foot.buy":        {ES: "Comprar", EN: "Shop"},
		"foot.all":        {ES: "Todos los ramos", EN: "All bouquets"},
		"foot.help":       {ES: "Ayuda", EN: "Help"},
		"foot.away":       {ES: "Desde afuera", EN: "From abroad"},
		"away.order":      {ES: "Pedir desde otro país", EN: "Order from another country"},
		"help.write":      {ES: "Escríbenos", EN: "Write to us"},
		"help.whatsapp":   {ES: "Hola, les escribo por mi pedido %d", EN: "Hello, I am writing about my order %d"},
		"day.today":       {ES: "Hoy %s", EN: "Today %s"},
		"day.the":         {ES: "el %s", EN: "%s"},
		"day.free":        {ES: "Libre", EN: "Open"},
		"day.left.one":    {ES: "Queda %s", EN: "%s left"},
		"day.left.many":   {ES: "Quedan %s", EN: "%s left"},
		"day.full":        {ES: "Lleno", EN: "Full"},
		"day.late":        {ES: "Ya cerró", EN: "Closed now"},
		"day.closed":      {ES: "Cerrado", EN: "Closed"},
		"day.unserved":    {ES: "No llega", EN: "No route"},
		"day.ask":         {ES: "¿Qué día lo entregamos?", EN: "Which day shall we deliver?"},
		"day.legend":      {ES: "Día de entrega", EN: "Delivery day"},
		"zone.ask":        {ES: "¿En qué zona?", EN: "In which area?"},
		"zone.choose":     {ES: "Elige la zona", EN: "Choose the area"},
		"zone.free":       {ES: "gratis", EN: "free"},
		"zone.head":       {ES: "Zona", EN: "Area"},
		"zone.hours":      {ES: "Horarios", EN: "Hours"},
		"zone.fee":        {ES: "Envío", EN: "Delivery"},
		"stock.none":      {ES: "Agotado por ahora", EN: "Sold out for now"},
		"stock.left.one":  {ES: "Queda %s", EN: "%s left"},
		"stock.left.many": {ES: "Quedan %s", EN: "%s left"},
		"pieces.one":      {ES: "%s ramo", EN: "%s bouquet"},
		"pieces.many":     {ES: "%s ramos", EN: "%s bouquets"},
	}
}

// troubleWords are said when something does not work.
func troubleWords() words {
	return words{
		"error.number":    {ES: "Error %d", EN: "Error %d"},
		"error.home":      {ES: "Volver al inicio", EN: "Back to the start"},
		"error.404.title": {ES: "Esta página no floreció", EN: "This page did not bloom"},
		"error.404.text": {
			ES: "La dirección no existe o el ramo ya no está en la mesa. Revisa el enlace o mira lo que sí tenemos.",
			EN: "The address does not exist, or the bouquet has left the table. Check the link or see what we do have.",
		},
		"error.503.title": {ES: "Dale un minuto a la tienda", EN: "Give the shop a minute"},
		"error.503.text": {
			ES: "No podemos leer tus datos en este momento y ya lo estamos arreglando. Lo que elegiste sigue guardado: vuelve a cargar en un minuto.",
			EN: "We cannot read your data right now and are already fixing it. What you chose is kept: reload in a minute.",
		},
		"error.429.title": {ES: "Vas muy rápido", EN: "That was a little fast"},
		"error.429.text":  {ES: "Espera unos segundos y vuelve a intentar.", EN: "Wait a few seconds and try again."},
		"error.400.title": {ES: "No entendimos esa solicitud", EN: "We could not read that request"},
		"error.400.text":  {ES: "Vuelve atrás, carga la página de nuevo e inténtalo otra vez.", EN: "Go back, reload the page and try again."},
		"error.413.title": {ES: "Ese archivo pesa demasiado", EN: "That file is too large"},
		"error.413.text": {
			ES: "El comprobante puede pesar hasta 8 MB. Vuelve atrás y sube una captura más liviana, o envía solo la referencia.",
			EN: "A receipt may have up to 8 MB. Go back and upload a smaller picture, or send the reference alone.",
		},
		"error.500.title": {ES: "Algo se nos marchitó", EN: "Something wilted on our side"},
		"error.500.text": {
			ES: "Fue culpa nuestra y quedó anotado. Prueba otra vez; si sigue igual, escríbenos y lo resolvemos.",
			EN: "It was our fault and has been noted. Try again; if it stays, write to us and we will sort it out.",
		},
	}
}
