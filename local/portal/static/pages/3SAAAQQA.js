import{a}from"./Z6AU53L6.js";import"./ELXGJRMD.js";import"./VTNR225N.js";import"./45GWE4C6.js";export{a as default};
