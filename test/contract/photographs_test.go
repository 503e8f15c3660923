package contract

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"mime/multipart"
	"strings"
	"testing"
)

// upload is a form with a file and fields, and the header that goes with it.
func upload(t testing.TB, content string, fields map[string]string) (raw, []string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.SetBoundary("of-the-test"); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if content != "" {
		part, err := w.CreateFormFile("image", "../../photo.php")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return raw(body.String()), []string{"Content-Type", w.FormDataContentType()}
}

func photo(t testing.TB, side int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 90, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func photographs(t *testing.T, c, admin *caller) {
	const at = "/api/products/29/images"
	send := func(who *caller, content string, fields map[string]string, headers ...string) *answer {
		body, kind := upload(t, content, fields)
		return who.send("POST", at, body, append(kind, headers...)...)
	}
	good := photo(t, 520)
	second := map[string]string{"image_index": "2", "is_primary": "true"}
	send(c, good, second).refused(401, "UnauthorizedError", 2001)
	made := send(admin, good, second, "Idempotency-Key", "picture-1").want(201)
	rows := made.list()
	if len(rows) != 4 {
		t.Fatalf("%d rows, want 4: %s", len(rows), made.content)
	}
	for _, v := range rows {
		row := v.(object)
		made.has(row, imageShape)
		if row["image_index"] != 2.0 || row["is_primary"] != (row["size"] == "medium") {
			t.Errorf("row %v", row)
		}
		file := c.get(row["url"].(string))
		if file.status != 200 || file.header.Get("Content-Type") != "image/webp" || !strings.HasPrefix(file.content, "RIFF") {
			t.Errorf("%s: %d %s", row["url"], file.status, file.header.Get("Content-Type"))
		}
	}
	if again := send(admin, good, second, "Idempotency-Key", "picture-1").want(201); again.content != made.content {
		t.Errorf("the repeat answers\n%s\nand not\n%s", again.content, made.content)
	}
	if p := c.get(at + "/primary").want(200); p.field("data.image_index") != 2.0 {
		t.Errorf("primary: %s", p.content)
	}
	send(admin, good, second).refused(409, "ConflictError", 4006)

	third := map[string]string{"image_index": "3"}
	send(admin, "", third).names("image")
	send(admin, good, map[string]string{"image_index": "6"}).names("image_index")
	send(admin, good, map[string]string{"image_index": "3", "is_primary": "perhaps"}).names("is_primary")
	send(admin, photo(t, 499), third).names("image")
	send(admin, good[:len(good)/2], third).names("image")
	send(admin, "<svg xmlns='http://www.w3.org/2000/svg'/>", third).refused(400, "ValidationError", 1010)
	send(admin, good+strings.Repeat("x", 4<<20), third).refused(413, "PayloadTooLargeError", 1007)
	admin.post(at, object{}).names("image_index") // what the unmodified legacy client sends
	admin.send("POST", at, raw("--x"), "Content-Type", "multipart/form-data; boundary=x").want(400)
	body, kind := upload(t, good, third)
	admin.send("POST", "/api/products/999999/images", body, kind...).refused(404, "NotFoundError", 3001)
	if n := len(c.get(at).want(200).list()); n != 8 {
		t.Errorf("%d files, want those of the demo and of one picture", n)
	}
	stored := object{"image_index": 4, "images": list{object{"size": "small", "url": "/media/x.webp", "file_hash": strings.Repeat("a", 64)}}}
	if a := admin.post(at, stored).want(201); len(a.list()) != 1 {
		t.Errorf("stored files: %s", a.content)
	}
}
