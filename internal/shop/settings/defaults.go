package settings

import (
	"context"
	"fmt"
	"strings"

	"floresya/internal/event"
	"floresya/internal/postgres"
)

// known are the settings that pages look for: key, value of a new shop, description. All are public text. What only the
// florist can know is empty until told.
var known = [...][3]string{
	{"DELIVERY_COST_USD", "5.00", "Costo de envío cuando no se elige una zona, en dólares"},
	{"contact_owner_name", "", "Nombre de quien atiende"},
	{"contact_owner_experience", "", "Experiencia de quien atiende"},
	{"contact_owner_specialty", "", "Especialidad de quien atiende"},
	{"contact_shop_name", "FloresYa", "Nombre de la tienda"},
	{"contact_shop_location_text", "", "Dónde está la tienda, en una línea"},
	{"contact_phone_primary", "", "Teléfono principal"},
	{"contact_phone_secondary", "", "Segundo teléfono"},
	{"contact_whatsapp_main", "", "WhatsApp de pedidos"},
	{"contact_whatsapp_special", "", "WhatsApp de eventos y pedidos especiales"},
	{"contact_email_main", "", "Correo"},
	{"contact_email_response_time", "Respondemos el mismo día", "En cuánto se responde un correo"},
	{"contact_location_main", "Caracas, Venezuela", "Ciudad"},
	{"contact_location_delivery_area", "", "Zonas de entrega"},
	{"contact_location_coverage", "", "Hasta dónde se entrega"},
	{"contact_location_address", "", "Dirección de la tienda"},
	{"contact_hours_weekday", "", "Horario de lunes a viernes"},
	{"contact_hours_saturday", "", "Horario del sábado"},
	{"contact_hours_sunday", "", "Horario del domingo"},
	{"contact_delivery_same_day", "", "Hasta cuándo se pide para el mismo día"},
	{"payment_movil_venezuela_phone", "", "Pago Móvil, Banco de Venezuela: teléfono"},
	{"payment_movil_venezuela_cedula", "", "Pago Móvil, Banco de Venezuela: cédula o RIF"},
	{"payment_movil_banesco_phone", "", "Pago Móvil, Banesco: teléfono"},
	{"payment_movil_banesco_cedula", "", "Pago Móvil, Banesco: cédula o RIF"},
	{"payment_movil_mercantil_phone", "", "Pago Móvil, Mercantil: teléfono"},
	{"payment_movil_mercantil_cedula", "", "Pago Móvil, Mercantil: cédula o RIF"},
	{"payment_transfer_venezuela_account", "", "Transferencia, Banco de Venezuela: cuenta"},
	{"payment_transfer_venezuela_holder", "", "Transferencia, Banco de Venezuela: titular"},
	{"payment_transfer_venezuela_rif", "", "Transferencia, Banco de Venezuela: RIF"},
	{"payment_transfer_banesco_account", "", "Transferencia, Banesco: cuenta"},
	{"payment_transfer_banesco_holder", "", "Transferencia, Banesco: titular"},
	{"payment_transfer_banesco_cedula", "", "Transferencia, Banesco: cédula"},
	{"payment_zelle_email", "", "Zelle: correo"},
	{"payment_zelle_name", "", "Zelle: nombre"},
	{"payment_paypal_email", "", "PayPal: correo"},
	{"social_facebook_url", "", "Facebook: dirección"},
	{"social_facebook_handle", "", "Facebook: nombre"},
	{"social_instagram_url", "", "Instagram: dirección"},
	{"social_instagram_handle", "", "Instagram: nombre"},
	{"social_tiktok_url", "", "TikTok: dirección"},
	{"social_tiktok_handle", "", "TikTok: nombre"},
}

// Defaults creates those settings that pages look for and that do not exist, with the values given by key, else those of a
// new shop. It changes none that exists, so that every start may call it. bcv_usd_rate comes with the first rate.
func (s *Settings) Defaults(ctx context.Context, values map[string]string) error {
	_, err := s.log.Execute(ctx, postgres.General, func(ctx context.Context, tx *event.Tx) ([]event.New, error) {
		// Processes that start together wait here for each other; readers do not.
		if _, err := tx.Exec(ctx, `lock table settings in share row exclusive mode`); err != nil {
			return nil, fmt.Errorf("lock settings: %w", err)
		}
		have, err := read(ctx, tx, "")
		if err != nil {
			return nil, err
		}
		exists := make(map[string]bool, len(have))
		for _, h := range have {
			exists[strings.ToLower(h.Key)] = true
		}
		var missing []NewSetting
		for _, k := range known {
			if exists[strings.ToLower(k[0])] {
				continue
			}
			n := NewSetting{Key: k[0], Value: k[1], Description: k[2], Type: "string", Public: true}
			if v, given := values[k[0]]; given {
				n.Value = v
			}
			missing = append(missing, n)
		}
		ids, err := s.ids.Next(ctx, len(missing))
		if err != nil {
			return nil, err
		}
		news := make([]event.New, len(missing))
		for i, n := range missing {
			news[i] = n.event(ids[i])
		}
		return news, nil
	})
	if err != nil {
		return fmt.Errorf("default settings: %w", err)
	}
	return nil
}
