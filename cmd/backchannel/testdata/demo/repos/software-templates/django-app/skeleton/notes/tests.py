from django.contrib.auth.models import User
from django.test import TestCase

from notes.models import Note


class Notes(TestCase):
    def test_it_is_alive(self):
        self.assertEqual(self.client.get("/healthz").content, b"ok\n")

    def test_notes_are_on_the_admin_page(self):
        Note.objects.create(text="Tide tables")
        self.client.force_login(User.objects.create_superuser("ada"))
        self.assertContains(self.client.get("/admin/notes/note/"), "Tide tables")
