package office

import "floresya/internal/web/lang"

// newWords are all words of the back office.
func newWords() (*lang.Catalogue, error) {
	return lang.NewCatalogue(frameWords(), boardWords(), orderWords(), paymentWords(), shelfWords(), faultWords())
}

// frameWords are those around every page.
func frameWords() map[string]lang.Text {
	return map[string]lang.Text{
		"office":            {ES: "FloresYa oficina", EN: "FloresYa back office"},
		"skip":              {ES: "Saltar al contenido", EN: "Skip to content"},
		"nav":               {ES: "Oficina", EN: "Back office"},
		"nav.home":          {ES: "FloresYa oficina, tablero", EN: "FloresYa back office, board"},
		"nav.board":         {ES: "Pedidos", EN: "Orders"},
		"nav.payments":      {ES: "Pagos", EN: "Payments"},
		"nav.dates":         {ES: "Por acordar", EN: "To agree"},
		"nav.products":      {ES: "Flores", EN: "Flowers"},
		"nav.slots":         {ES: "Entregas", EN: "Delivery"},
		"nav.rate":          {ES: "Tasa", EN: "Rate"},
		"nav.mail":          {ES: "Correo", EN: "Mail"},
		"nav.more":          {ES: "Más", EN: "More"},
		"more.slots":        {ES: "Horarios, cupos y días cerrados", EN: "Time slots, places and closed days"},
		"more.rate":         {ES: "Bolívares por dólar, y de dónde vienen", EN: "Bolívares per dollar, and where they come from"},
		"more.mail":         {ES: "Los correos que aún no salen solos", EN: "The mails that do not leave by themselves yet"},
		"sign.title":        {ES: "Entra a la oficina", EN: "Sign in to the back office"},
		"sign.email":        {ES: "Correo", EN: "E-mail"},
		"sign.password":     {ES: "Contraseña", EN: "Password"},
		"sign.in":           {ES: "Entrar", EN: "Sign in"},
		"sign.out":          {ES: "Salir", EN: "Sign out"},
		"pages":             {ES: "Páginas", EN: "Pages"},
		"pages.prev":        {ES: "Anteriores", EN: "Previous"},
		"pages.next":        {ES: "Siguientes", EN: "Next"},
		"pages.at":          {ES: "Página %d de %d", EN: "Page %d of %d"},
		"form.long":         {ES: "Usa hasta %d letras.", EN: "Use at most %d characters."},
		"error.home":        {ES: "Volver al tablero", EN: "Back to the board"},
		"error.400.title":   {ES: "No pudimos leer ese formulario", EN: "We could not read that form"},
		"error.400.text":    {ES: "Puede que alguien lo haya cambiado mientras lo tenías abierto. Vuelve al tablero y ábrelo de nuevo.", EN: "Somebody may have changed it while you had it open. Go back to the board and open it again."},
		"error.401.title":   {ES: "Entra para seguir", EN: "Sign in to go on"},
		"error.401.text":    {ES: "Tu sesión terminó antes de guardar. Entra de nuevo y repite el último paso.", EN: "Your session ended before this was saved. Sign in again and repeat the last step."},
		"error.403.title":   {ES: "Esta cuenta no abre la oficina", EN: "This account does not open the back office"},
		"error.403.text":    {ES: "Sal y entra con una cuenta de administración.", EN: "Sign out and sign in with an administrator's account."},
		"error.cross.title": {ES: "Ese formulario vino de otro sitio", EN: "That form came from another site"},
		"error.cross.text":  {ES: "No cambiamos nada. Abre la oficina aquí y repite el paso.", EN: "Nothing was changed. Open the back office here and repeat the step."},
		"error.404.title":   {ES: "Aquí no hay nada", EN: "There is nothing here"},
		"error.404.text":    {ES: "Ese pedido o esa página no existe. Búscalo por número o nombre en el tablero.", EN: "That order or page does not exist. Look for it by number or name on the board."},
		"error.413.title":   {ES: "Eso es demasiado grande", EN: "That is too large"},
		"error.413.text":    {ES: "Acorta el texto y vuelve a enviarlo.", EN: "Shorten the text and send it again."},
		"error.429.title":   {ES: "Vamos muy rápido", EN: "Too fast"},
		"error.429.text":    {ES: "Espera unos segundos y repite el último paso.", EN: "Wait a few seconds and repeat the last step."},
		"error.500.title":   {ES: "Algo se nos rompió", EN: "Something broke on our side"},
		"error.500.text":    {ES: "Ya quedó anotado. Nada de lo guardado se perdió; intenta de nuevo en un momento.", EN: "It has been noted. Nothing that was saved is lost; try again in a moment."},
		"error.503.title":   {ES: "La base de datos está despertando", EN: "The database is waking up"},
		"error.503.text":    {ES: "Los pedidos guardados están a salvo. Recarga en unos segundos.", EN: "Saved orders are safe. Reload in a few seconds."},
		"language.es":       {ES: "Español", EN: "Spanish"},
		"language.en":       {ES: "Inglés", EN: "English"},
		"done.pago":         {ES: "Pago aprobado.", EN: "Payment approved."},
		"done.rechazo":      {ES: "Pago rechazado. La persona recibe el motivo por correo.", EN: "Payment rejected. The customer gets the reason by e-mail."},
		"done.devuelto":     {ES: "Devolución anotada.", EN: "Refund recorded."},
		"done.anotado":      {ES: "Pago anotado. Apruébalo cuando veas el dinero.", EN: "Payment recorded. Approve it once you see the money."},
		"done.fecha":        {ES: "Fecha acordada y cupo apartado.", EN: "Date agreed and place reserved."},
		"done.tasa":         {ES: "Tasa guardada. Rige desde ya.", EN: "Rate saved. It is in force from now on."},
		"done.cupo":         {ES: "Horario guardado.", EN: "Time slot saved."},
		"done.dia-cerrado":  {ES: "Día cerrado. Lo ya prometido se mantiene.", EN: "Day closed. What is promised stays promised."},
		"done.dia-abierto":  {ES: "Día abierto otra vez.", EN: "Day open again."},
	}
}

// faultWords are faults of the services in both languages, by their codes. A code that is not here is shown in the words of
// its service.
func faultWords() map[string]lang.Text {
	return map[string]lang.Text{
		"fault.wrong_credentials":  {ES: "El correo o la contraseña no coinciden.", EN: "E-mail or password do not match."},
		"fault.sign_in_busy":       {ES: "Hay mucha gente entrando a la vez. Inténtalo de nuevo en unos segundos.", EN: "Many people are signing in at once. Try again in a few seconds."},
		"fault.database_away":      {ES: "Ahora mismo no podemos comprobar quién eres. Inténtalo de nuevo en un momento.", EN: "We cannot check who you are right now. Try again in a moment."},
		"fault.slot_full":          {ES: "Ese horario se acaba de llenar. Elige otro.", EN: "That time slot has just filled up. Choose another."},
		"fault.slot_past":          {ES: "Ese horario ya cerró. Elige otro.", EN: "That time slot has closed. Choose another."},
		"fault.slot_closed":        {ES: "Ese horario está cerrado. Ábrelo en Entregas o elige otro.", EN: "That time slot is closed. Open it under Delivery or choose another."},
		"fault.slot_unknown":       {ES: "Ese horario no es de ese día en la zona.", EN: "That time slot does not belong to that day in the zone."},
		"fault.day_past":           {ES: "Esa fecha ya pasó. Elige un día desde hoy.", EN: "That date has passed. Choose a day from today on."},
		"fault.capacity_reserved":  {ES: "Ya hay más entregas prometidas que ese cupo. Pon al menos las apartadas.", EN: "More deliveries are promised than that. Allow at least those reserved."},
		"fault.refund_too_much":    {ES: "Es más de lo que queda de ese pago.", EN: "That is more than is left of the payment."},
		"fault.payment_rejected":   {ES: "Ese pago ya fue rechazado; anótalo de nuevo si el dinero llegó.", EN: "That payment was rejected; record it again if the money came."},
		"fault.already_accepted":   {ES: "Ese pago ya fue aprobado. Si hay que devolverlo, anota una devolución.", EN: "That payment was approved already. To give it back, record a refund."},
		"fault.already_rejected":   {ES: "Ese pago ya fue rechazado.", EN: "That payment was rejected already."},
		"fault.reference_used":     {ES: "Este pedido ya tiene un pago con esa referencia.", EN: "This order has a payment with that reference already."},
		"fault.order_cancelled":    {ES: "El pedido está cancelado.", EN: "The order is cancelled."},
		"fault.already_paid":       {ES: "El pedido ya está pagado.", EN: "The order is paid already."},
		"fault.insufficient_stock": {ES: "Ya no quedan piezas para ese pedido.", EN: "There are no pieces left for that order."},
		"fault.movement_used":      {ES: "Ese movimiento del banco ya respalda otro pago. Revisa referencia, fecha y monto.", EN: "That bank movement already backs another payment. Check reference, date and amount."},
	}
}
