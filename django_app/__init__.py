"""The monolith: users, projects, documents, pages, their texts and jobs. It owns every row and every permission."""
